package compute

// sumBlock is the number of elements per partial sum, whatever the number of threads.
const sumBlock = 1 << 14

// sumBlocks adds up sum over the blocks of n elements: in parallel, then in order.
func (p *pool) sumBlocks(n int, sum func(i0, i1 int) float64) float64 {
	blocks := make([]float64, (n+sumBlock-1)/sumBlock)
	p.strips(n, sumBlock, func(_, i0, i1 int) { blocks[i0/sumBlock] = sum(i0, i1) })
	total := 0.0
	for _, block := range blocks {
		total += block
	}
	return total
}

// sumRows does the same for two sums over h rows.
func (p *pool) sumRows(h int, sum func(y int) (dy, dx float64)) (dy, dx float64) {
	rows := make([][2]float64, h)
	p.strips(h, 8, func(_, y0, y1 int) {
		for y := y0; y < y1; y++ {
			rows[y][0], rows[y][1] = sum(y)
		}
	})
	for _, row := range rows {
		dy, dx = dy+row[0], dx+row[1]
	}
	return dy, dx
}
