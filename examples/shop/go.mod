module github.com/otelheal/otelheal/examples/shop

go 1.25.0
