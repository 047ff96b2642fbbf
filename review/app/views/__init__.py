"""One file per page; each shows what a service answers and holds no rule of its own."""
