"""The language server: what an editor asks, put to the driver, and the answers as LSP has them."""
