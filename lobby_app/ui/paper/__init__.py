"""The ticket on paper: one drawing for screen, ESC/POS, PDF and system printers."""
