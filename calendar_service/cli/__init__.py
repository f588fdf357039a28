"""The program `calendar-service`: one module for each group of commands, put together in `main`."""
