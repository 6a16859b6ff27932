"""The bench: real processes side by side, what the pages print, and two people who talk."""
