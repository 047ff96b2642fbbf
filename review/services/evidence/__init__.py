"""Evidence: tables in, the numbers a paper must defend out, and the place where they are kept."""
