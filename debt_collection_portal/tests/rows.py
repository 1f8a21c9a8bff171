import re

from odoo.tools import SQL

#: Tables that a visit may write without doing anything: who was here, and files.
TRACES = re.compile(r"res_users_log|res_device.*|bus_.*|ir_logging|ir_attachment")


class SeesRows:
    """Sees which tables a visit writes."""

    def written(self):
        """Return {table: rows written in this transaction}, traces left out."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
                " FROM pg_stat_xact_user_tables"
            )
        )
        return {name: count for name, count in rows if not TRACES.fullmatch(name)}

    def newly(self, before):
        """Return the tables that were written since."""
        now = self.written()
        return sorted(name for name in now if now[name] > before.get(name, 0))
