"""Front ends of the virtual instruments: one per command language, and the server of lines."""
