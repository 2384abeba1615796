module stackbook.local/test/probe

go 1.24
