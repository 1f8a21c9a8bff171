from psycopg2 import DatabaseError, OperationalError

from odoo import api, models
from odoo.exceptions import UserError

#: Records that are made at a time.
BATCH = 500


class DebtImportSheet(models.AbstractModel):
    """One kind of sheet: says what would become of its lines, and lets it happen.

    ``debt.import.sheet.<kind>`` inherits it. Planning reads and writes nothing;
    importing gets only lines that were planned as new.
    """

    _name = "debt.import.sheet"
    _description = "Sheet of an Import"

    # === WHAT A KIND OF SHEET SAYS === #

    @api.model
    def _look_up(self, job, rows, everything):
        """Find what the lines name, and return what ``_plan`` needs to know.

        :param job: the ``debt.import``
        :param rows: the lines of this kind
        :param everything: those of the whole file
        """
        return {}

    @api.model
    def _plan(self, job, row, known):
        """Set the state of a line to new or same, with a summary, or say what is wrong.

        :param known: what ``_look_up`` returned
        """
        raise NotImplementedError

    @api.model
    def _apply(self, job, rows):
        """Make the records of some lines; set their state to done."""
        raise NotImplementedError

    @api.model
    def _undo(self, lines, reason):
        """Take back what became of lines of a report."""
        raise NotImplementedError

    @api.model
    def _before(self, job, rows):
        """Make ready what all lines need, such as cases for new debts."""

    # === MACHINERY === #

    @api.model
    def _plan_all(self, job, rows, everything):
        known = self._look_up(job, rows, everything)
        seen = {}
        for row in rows:
            if row.is_wrong or "partner" not in row.plan:
                continue
            self._plan(job, row, known)
            key = row.plan.get("key")
            if row.is_new and key is not None:
                if key in seen:
                    row.state = "same"
                    row.summary = self.env._("The same as line %s.", seen[key])
                else:
                    seen[key] = row.number

    @api.model
    def _apply_all(self, job, rows):
        if not rows:
            return
        self._before(job, rows)
        for start in range(0, len(rows), BATCH):
            self._try(job, rows[start : start + BATCH])

    @api.model
    def _try(self, job, rows):
        """Import lines together; where that fails, in halves until it is clear whose
        fault it is."""
        try:
            with self.env.cr.savepoint():
                self._apply(job, rows)
        except OperationalError:
            raise  # another transaction won: Odoo repeats all of this
        except (UserError, ValueError, DatabaseError) as error:
            for row in rows:
                row.forget()
            if len(rows) == 1:
                rows[0].error("", str(error.args[0] if error.args else error))
                return
            middle = len(rows) // 2
            self._try(job, rows[:middle])
            self._try(job, rows[middle:])

    # === VALUES THAT ARE REPLACED === #

    @api.model
    def _write_with_undo(self, record, values):
        """Write plain values and return {field: [what was there, what is now]}."""
        old = {name: self._plain(record, name) for name in values}
        record.write(values)
        return {name: [old[name], self._plain(record, name)] for name in values}

    @api.model
    def _restore(self, record, before):
        """Write back what was there, unless somebody changed it since."""
        record.write(
            {
                name: old
                for name, (old, new) in before.items()
                if self._plain(record, name) == new
            }
        )

    @api.model
    def _plain(self, record, name):
        value = record[name]
        return value.id if isinstance(value, models.BaseModel) else value
