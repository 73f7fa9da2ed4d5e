"""Writes optuna.json: what Optuna's TPESampler and its random sampler reach on test functions.

    python3 reference.py > optuna.json        # pip install optuna

By function the median over 20 seeds of the best value, or of the dominated area of two
objectives, after so many trials. tpe_test.go has the same functions.
"""
import json
import math
import statistics

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = 20


def sphere(t):
    return sum((t.suggest_float(f"x{i}", -5, 5) - 1) ** 2 for i in range(5))


def branin(t):
    x, y = t.suggest_float("x0", -5, 10), t.suggest_float("x1", 0, 15)
    return (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def mixed(t):
    rate = t.suggest_float("x0", 1e-5, 1, log=True)
    kind = t.suggest_categorical("x1", [0, 1, 2, 3])
    count = t.suggest_int("x2", 1, 20)
    return (math.log10(rate) + 3) ** 2 + [1, 0, 2, 0.5][kind] + ((count - 14) / 4) ** 2


def conditional(t):
    if t.suggest_categorical("x0", [0, 1]) == 0:
        return 0.2 + t.suggest_float("x1", 0, 1) ** 2
    return (t.suggest_float("x2", 0, 1) - 0.3) ** 2 + (t.suggest_float("x3", 0, 1) - 0.6) ** 2


def zdt1(t):
    x = [t.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    g = 1 + 9 * sum(x[1:]) / 5
    return x[0], g * (1 - math.sqrt(x[0] / g))


def area(values, corner=(1.1, 8.0)):
    total, floor = 0.0, corner[1]
    for a, b in sorted(values):
        if a < corner[0] and b < floor:
            total += (corner[0] - a) * (floor - b)
            floor = b
    return total


out = {"optuna": optuna.__version__, "seeds": SEEDS, "functions": {}}
for f, trials in [(sphere, 100), (branin, 60), (mixed, 60), (conditional, 60), (zdt1, 100)]:
    two = f is zdt1
    row = {"trials": trials}
    for name, make in [("tpe", optuna.samplers.TPESampler), ("random", optuna.samplers.RandomSampler)]:
        results = []
        for seed in range(SEEDS):
            study = optuna.create_study(directions=["minimize"] * (2 if two else 1), sampler=make(seed=seed))
            study.optimize(f, n_trials=trials)
            results.append(area([t.values for t in study.trials]) if two else study.best_value)
        row[name] = statistics.median(results)
        row[name + "_quartiles"] = statistics.quantiles(results)
    out["functions"][f.__name__] = row
print(json.dumps(out, indent=1))
