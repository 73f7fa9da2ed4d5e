package effects

import "slices"

// mostSums is how many different rank sums are followed before levels are drawn instead.
const mostSums = 2000

// A block is one unit's ranks: by level, 0 where the unit lacks it.
type block struct {
	levels []int // those that the unit has
	ranks  []int // of all levels
}

// omnibus returns the p of Friedman's test: with the levels of each block
// permuted at will, how often
//
//	T = Σ_l (Σ_u r_ul)²
//
// is at least what it is, r_ul being unit u's centred rank at level l. It is exact where the
// values of a unit are exchangeable between its levels. All orders are counted where there
// are not too many different sums, or else drawn.
func omnibus(blocks []block) (p float64, exact bool) {
	if len(blocks) == 0 {
		return 1, true
	}
	k := len(blocks[0].ranks)
	observed := make([]int, k)
	for _, b := range blocks {
		for l, r := range b.ranks {
			observed[l] += r
		}
	}
	least := squares(observed)
	if p, ok := countOrders(blocks, least); ok {
		return p, true
	}
	blocks = canonical(blocks)
	random := source()
	sums := make([]int, k)
	orders := make([][]int, len(blocks))
	for i, b := range blocks {
		for _, l := range b.levels {
			orders[i] = append(orders[i], b.ranks[l])
		}
	}
	p = draw(func() bool {
		clear(sums)
		for i, b := range blocks {
			// Fisher and Yates: each level takes a rank of those that are left.
			order := orders[i]
			left := uint32(len(order))
			for j, l := range b.levels {
				pick := j + int(random.Uint32N(left-uint32(j)))
				order[j], order[pick] = order[pick], order[j]
				sums[l] += order[j]
			}
		}
		return squares(sums) >= least
	})
	return p, false
}

// countOrders counts how many orders lead to which rank sums, block by block; ok is
// false where there are too many sums, or more orders than a float64 counts exactly.
func countOrders(blocks []block, least int) (p float64, ok bool) {
	const most = 4 // levels: beyond, there are too many orders of a single block
	k := len(blocks[0].ranks)
	if k > most {
		return 0, false
	}
	const countable = 1 << 53
	all := 1.0
	ways := map[[most]int]float64{{}: 1}
	for _, b := range blocks {
		orders := permutations(b.levels)
		next := map[[most]int]float64{}
		for sums, n := range ways {
			for _, order := range orders {
				to := sums
				for i, l := range order {
					to[l] += b.ranks[b.levels[i]]
				}
				next[to] += n
			}
		}
		all *= float64(len(orders))
		if len(next) > mostSums || all > countable {
			return 0, false
		}
		ways = next
	}
	reached := 0.0
	for sums, n := range ways {
		if squares(sums[:]) >= least {
			reached += n
		}
	}
	return reached / all, true
}

// canonical orders blocks so that drawn levels depend neither on the order of the units nor
// on the sign of the metric: T is the same with all ranks negated.
func canonical(blocks []block) []block {
	compare := func(a, b block) int { return slices.Compare(a.ranks, b.ranks) }
	plain := slices.SortedFunc(slices.Values(blocks), compare)
	var mirrored []block
	for _, b := range blocks {
		m := block{b.levels, make([]int, len(b.ranks))}
		for l, r := range b.ranks {
			m.ranks[l] = -r
		}
		mirrored = append(mirrored, m)
	}
	slices.SortFunc(mirrored, compare)
	if slices.CompareFunc(mirrored, plain, compare) < 0 {
		return mirrored
	}
	return plain
}

// merge adds up the blocks of the units of a group: their levels are then permuted as
// one. ok is false where they lack different levels.
func merge(blocks []block, units, group []int) (merged []block, ok bool) {
	index := map[int]int{}
	for i, b := range blocks {
		at, known := index[group[units[i]]]
		if !known {
			index[group[units[i]]] = len(merged)
			merged = append(merged, block{b.levels, slices.Clone(b.ranks)})
			continue
		}
		if !slices.Equal(merged[at].levels, b.levels) {
			return nil, false
		}
		for l, r := range b.ranks {
			merged[at].ranks[l] += r
		}
	}
	return merged, true
}

// permutations returns every order of a list.
func permutations(list []int) [][]int {
	if len(list) <= 1 {
		return [][]int{slices.Clone(list)}
	}
	var all [][]int
	for i, first := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]int{first}, p...))
		}
	}
	return all
}

func squares(list []int) int {
	sum := 0
	for _, v := range list {
		sum += v * v
	}
	return sum
}
