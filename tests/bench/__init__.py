"""`make bench`: how fast the desk is, each figure beside its physical limit from the same run."""
