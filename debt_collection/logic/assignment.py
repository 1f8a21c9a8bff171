"""Who gets which case."""

import heapq
from dataclasses import dataclass


@dataclass
class Worker:
    """An agent who can get cases.

    :param key: what the caller knows the agent by
    :param cases: cases that they work now
    :param capacity: how many they can work; 0: without limit
    :param turn: number of their last turn in a rotation
    """

    key: int
    cases: int = 0
    capacity: int = 0
    turn: int = 0

    @property
    def has_room(self):
        return not self.capacity or self.cases < self.capacity


def share_out(cases, workers, by_load):
    """Give cases to agents, one after the other, as long as somebody has room.

    :param cases: the cases, in the order in which they are given
    :param workers: ``Worker`` objects; their figures are brought up to date
    :param by_load: True for the least part of the capacity first, where no limit counts
        as the largest capacity of all; False in turn
    :return: {case: key of the agent}
    """
    # without any limit the number of cases decides
    largest = max((worker.capacity for worker in workers), default=0) or 1
    last = max((worker.turn for worker in workers), default=0)

    def rank(worker, place):
        if by_load:
            return worker.cases / (worker.capacity or largest), worker.turn, place
        return worker.turn, place

    queue = [
        (rank(worker, place), place)
        for place, worker in enumerate(workers)
        if worker.has_room
    ]
    heapq.heapify(queue)
    given = {}
    for case in cases:
        if not queue:
            break
        place = queue[0][1]
        worker = workers[place]
        given[case] = worker.key
        last += 1
        worker.cases += 1
        worker.turn = last
        if worker.has_room:
            heapq.heapreplace(queue, (rank(worker, place), place))
        else:
            heapq.heappop(queue)
    return given
