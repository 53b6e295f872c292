"""What the packages of `nn` share: checks of arguments, and numbers of many Values at once."""
