"""One reader for each kind of file; `registry` says which reads what, and each reads in bounded memory."""
