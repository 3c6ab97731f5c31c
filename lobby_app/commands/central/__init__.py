"""`lobby central …`: what an administrator of the central database does."""
