package mountain

import (
	"container/heap"
	"math"

	"runexp/tools/paint/canvas"
)

// carve lets the land rise and rivers cut it, for a number of time steps. The
// rate is the stream power law, dh/dt = u − k·√A·s with the drained area A and
// the slope s, solved implicitly from the outlets upwards (Braun and Willett, "A
// very efficient O(n) … method to solve the stream power equation",
// Geomorphology 2013). The way that water takes is found by flooding from the
// outlets, which leaves no pits (Barnes, Lehman and Mulla, "Priority-flood",
// Computers & Geosciences 2014). Outlets are the lake and the land's edge.
func (t *terrain) carve(noise canvas.Noise, steps int) {
	const (
		dt   = 0.05
		cut  = 2.2
		free = 1.15 // the slope that loose rock keeps
	)
	n := t.n
	cell := t.size / float64(n-1)
	rise := make([]float64, n*n)
	t.lake = make([]bool, n*n)
	for j := range n {
		for i := range n {
			x, z := t.place(i, j)
			at := j*n + i
			t.lake[at] = isLake(noise, x, z)
			rise[at] = uplift(noise, x, z)
			if t.h[at] == 0 { // a rough plain, so that rivers find their ways
				t.h[at] = 0.02 * noise.Random(i, j)
			}
		}
	}
	to := make([]int, n*n) // where each cell's water goes
	area := make([]float64, n*n)
	for range steps {
		order := t.flood(to)
		for i := range area {
			area[i] = cell * cell
		}
		for k := len(order) - 1; k >= 0; k-- {
			if at := order[k]; to[at] != at {
				area[to[at]] += area[at]
			}
		}
		for _, at := range order {
			down := to[at]
			if down == at {
				t.h[at] = 0
				continue
			}
			length := cell
			if d := at - down; d != 1 && d != -1 && d != n && d != -n {
				length *= math.Sqrt2
			}
			f := dt * cut * math.Sqrt(area[at]) / length
			h := (t.h[at] + dt*rise[at] + f*t.h[down]) / (1 + f)
			t.h[at] = min(h, t.h[down]+free*length)
		}
	}
}

// flood returns the cells in the order in which water rising from the outlets
// reaches them; to becomes the neighbour from which it came, or, for an outlet,
// the cell itself.
func (t *terrain) flood(to []int) []int {
	n := t.n
	queue := &levels{}
	seen := make([]bool, n*n)
	for at := range seen {
		i, j := at%n, at/n
		if t.lake[at] || i == 0 || j == 0 || i == n-1 || j == n-1 {
			seen[at] = true
			to[at] = at
			heap.Push(queue, level{0, at})
		}
	}
	order := make([]int, 0, n*n)
	for queue.Len() > 0 {
		low := heap.Pop(queue).(level)
		order = append(order, low.at)
		i, j := low.at%n, low.at/n
		for dj := -1; dj <= 1; dj++ {
			for di := -1; di <= 1; di++ {
				if i+di < 0 || j+dj < 0 || i+di >= n || j+dj >= n {
					continue
				}
				at := (j+dj)*n + i + di
				if seen[at] {
					continue
				}
				seen[at] = true
				to[at] = low.at
				heap.Push(queue, level{max(low.height, t.h[at]), at})
			}
		}
	}
	return order
}

// level is a cell and the height at which water reaches it.
type level struct {
	height float64
	at     int
}

// levels is a heap of cells, the lowest first; the cell's number breaks ties, so
// that the order is always the same.
type levels []level

func (l levels) Len() int { return len(l) }
func (l levels) Less(i, j int) bool {
	return l[i].height < l[j].height || l[i].height == l[j].height && l[i].at < l[j].at
}
func (l levels) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *levels) Push(x any)   { *l = append(*l, x.(level)) }
func (l *levels) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
