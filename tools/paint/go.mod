module runexp/tools/paint

go 1.26.0
