"""Figures of a portfolio, from sums of the books: plain arithmetic, in Decimal.

Shares are fractions of one; days are days. None means that there is nothing to divide
by: a figure that nobody can know is not shown as zero.
"""

from decimal import Decimal


def share(part, whole):
    """Return a part of a whole as a fraction, None without a whole.

    >>> share(Decimal(25), Decimal(100)), share(Decimal(1), Decimal(0))
    (Decimal('0.25'), None)
    """
    return part / whole if whole else None


def dso_simple(receivable, sales, days):
    """Return the days of sales that are outstanding: receivable / sales × days.

    :param receivable: what is owed at the end of the period
    :param sales: what was invoiced on credit in it, taxes included
    :param days: its length

    >>> round(dso_simple(Decimal(125_000), Decimal(950_000), 365))
    48
    """
    return receivable / sales * days if sales > 0 else None


def dso_count_back(receivable, months):
    """Return the days of sales that are outstanding, month by month backwards.

    What was invoiced in each month is taken off what is owed, the latest month first. A
    month that is taken off whole counts with all its days, the one in which nothing is
    left with its part. Seasons do not distort it as they do the simple one.

    :param receivable: what is owed at the end of the first month of ``months``
    :param months: [(days, invoiced)], the latest first
    :return: days; what is owed from before all the months counts no further

    >>> months = [(30, Decimal(100)), (31, Decimal(200)), (30, Decimal(90))]
    >>> dso_count_back(Decimal(200), months)
    Decimal('45.5')
    >>> dso_count_back(Decimal(0), months), dso_count_back(Decimal(9), [])
    (Decimal('0'), None)
    """
    if not any(invoiced > 0 for _days, invoiced in months):
        return None
    left, result = receivable, Decimal(0)
    for days, invoiced in months:
        if left <= 0:
            break
        if invoiced > left:
            return result + days * left / invoiced
        # more was credited than invoiced: what is owed is older than this month
        left -= invoiced
        result += days
    return result


def delinquent_days(dso, best):
    """Return the average days delinquent: DSO less the best possible DSO.

    >>> delinquent_days(Decimal(48), Decimal(30))
    Decimal('18')
    """
    return None if dso is None or best is None else dso - best


def cei(opening, sales, closing, closing_current):
    """Return the collection effectiveness index of a period, as a fraction.

    (opening + sales − closing) / (opening + sales − closing that is not due): what was
    collected of what could be collected. 0.8 and more is good.

    :param opening: what was owed when it began
    :param sales: what was invoiced on credit in it
    :param closing: what is owed at its end
    :param closing_current: what of it is not due yet

    >>> cei(Decimal(100), Decimal(50), Decimal(70), Decimal(50))
    Decimal('0.8')
    >>> cei(Decimal(0), Decimal(50), Decimal(50), Decimal(50)) is None
    True
    """
    could = opening + sales - closing_current
    return (opening + sales - closing) / could if could > 0 else None


def roll_rates(moves):
    """Return what rolled from each age into the next one, as fractions.

    :param moves: {(age when it began, age at the end or None when paid): amount}
    :return: {age: fraction that is one age older, or more, at the end}

    >>> moves = {(1, 2): Decimal(30), (1, None): Decimal(70), (2, 3): Decimal(5)}
    >>> roll_rates(moves)
    {1: Decimal('0.3'), 2: Decimal('1')}
    """
    began, rolled = {}, {}
    for (before, after), amount in moves.items():
        began[before] = began.get(before, Decimal(0)) + amount
        if after is not None and after > before:
            rolled[before] = rolled.get(before, Decimal(0)) + amount
    return {
        age: rolled.get(age, Decimal(0)) / amount
        for age, amount in sorted(began.items())
        if amount > 0
    }


def cure_rate(moves):
    """Return which part of what was overdue is overdue no more, as a fraction.

    :param moves: as in ``roll_rates``; age 0 is not due

    >>> cure_rate({(1, 2): Decimal(30), (1, None): Decimal(70), (0, 0): Decimal(9)})
    Decimal('0.7')
    """
    late = {key: amount for key, amount in moves.items() if key[0]}
    cured = sum(amount for (_before, after), amount in late.items() if not after)
    return share(Decimal(cured), sum(late.values(), Decimal(0)))
