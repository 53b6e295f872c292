"""The playground: a static page that runs worksheets and checks notes in the browser, with nothing to install."""
