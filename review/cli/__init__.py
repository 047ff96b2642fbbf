"""The command `review`: one file per command group."""
