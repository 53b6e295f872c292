"""Shared by the packages of `nn`: checks of arguments, files, seeds, and numbers of many Values at once."""
