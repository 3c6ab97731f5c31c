"""Sheets over the greeter's window: questions, signing on, paper trouble, help."""
