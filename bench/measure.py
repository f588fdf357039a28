"""Measure two sides in turn, each time in a process of its own that has made nothing yet.

A side is a function without arguments. It runs in a fork of the process that prepared it, so that no cache of ours is
warm from the round before, and its time is the CPU time of that fork: other programs on the machine do not count.
"""

import gc
import math
import os
import pickle
import resource
import statistics
import sys
import time
import tracemalloc
from dataclasses import dataclass, field
from itertools import pairwise

ROUNDS = 7


@dataclass
class Row:
    """What is measured, and its bar: at most `bar`, or at least where `is_least`."""

    measure: object
    family: str
    title: str
    bar: float
    is_least: bool = False

    @property
    def name(self):
        return self.measure.__name__

    def is_met(self, value):
        return value >= self.bar if self.is_least else value <= self.bar


@dataclass
class Result:
    """A ratio or an exponent with its spread, what each side needed, and the points of a curve."""

    value: float
    least: float
    most: float
    unit: str = "x"
    sides: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)
    points: list = field(default_factory=list)
    note: str = ""


ROWS = []


def row(title, *, most=None, least=None):
    """Enter a function as a row of the page; its module is the family."""

    def enter(measure):
        family = measure.__module__.rpartition(".")[2]
        ROWS.append(Row(measure, family, title, least if most is None else most, is_least=most is None))
        return measure

    return enter


def forked(work):
    """Return what `work` returns in a fork of this process.

    What was prepared is not searched for garbage there, and its memory is copied before `work` begins: a search for
    garbage writes to nearly every page.
    """
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            gc.collect()
            gc.freeze()
            with os.fdopen(writable, "wb") as pipe:
                pickle.dump(work(), pipe)
            status = 0
        except BaseException:  # noqa: BLE001 (it is shown)
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit("a side failed")
    return pickle.loads(answer)


def in_place(work):
    """Return what `work` returns in this process."""
    gc.collect()
    gc.freeze()
    try:
        return work()
    finally:
        gc.unfreeze()


def cpu_of(work):
    """Return the CPU seconds of this process that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_of(work):
    """Return the most bytes that Python has allocated at once while `work` ran, beyond those before."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work()
    return tracemalloc.get_traced_memory()[1] - before


def compare(ours, peer, rounds=ROUNDS, *, memory=False, timer=cpu_of, run=forked):
    """Compare two sides, each a pair of a name and a function, in turn; each round has its own ratio.

    `run` is `forked`, or `in_place` for what a process does again and again.
    """
    (our_name, our_work), (peer_name, peer_work) = ours, peer
    seconds = {our_name: [], peer_name: []}
    for _ in range(rounds):
        seconds[our_name].append(run(lambda: timer(our_work)))
        seconds[peer_name].append(run(lambda: timer(peer_work)))
    result = ratios(seconds[our_name], seconds[peer_name])
    result.sides = {name: statistics.median(found) for name, found in seconds.items()}
    if memory:
        result.memory = {name: forked(lambda work=work: peak_of(work)) / 1e6 for name, work in (ours, peer)}
    return result


def ratios(ours, peers):
    """Return the result of rounds: the median of their ratios, and the least and the most."""
    found = [our / peer for our, peer in zip(ours, peers, strict=True)]
    return Result(statistics.median(found), min(found), max(found))


def growth(make_work, sizes, rounds=3, timer=cpu_of):
    """Measure how cost grows with size: the exponent of the line through the medians on logarithmic scales.

    `make_work` prepares the function of a size. Its spread is that of the exponents between neighbours.
    """
    works = {size: make_work(size) for size in sizes}
    seconds = {size: [] for size in sizes}
    for _ in range(rounds):
        for size, work in works.items():
            seconds[size].append(forked(lambda work=work: timer(work)))
    points = [(size, statistics.median(found)) for size, found in seconds.items()]
    logs = [(math.log(size), math.log(each)) for size, each in points]
    slope = statistics.linear_regression(*zip(*logs, strict=True)).slope
    steps = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(logs)]
    return Result(slope, min(steps), max(steps), unit="", points=points)


def children_cpu(work):
    """Return the CPU seconds of the processes that `work` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
