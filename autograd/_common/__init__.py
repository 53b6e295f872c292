"""What every package may use: files written whole, nested containers, numbers, text."""
