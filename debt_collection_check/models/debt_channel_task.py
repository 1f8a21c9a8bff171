from odoo import models
from odoo.tools import format_date


class DebtChannelTask(models.AbstractModel):
    _inherit = "debt.channel.task"

    def _words(self, action):
        words = super()._words(action)
        if bounce := action.bounce_id:
            env = action.with_context(lang=action.user_id.lang).env
            words["note"] = env._(
                "%(cheque)s, %(amount)s, was returned by the bank on %(date)s: "
                "%(reason)s. What it paid is open again: %(documents)s.",
                cheque=bounce.with_env(env).cheque_name,
                amount=bounce._money(bounce.amount),
                date=format_date(env, bounce.date),
                reason=bounce.with_env(env).reason_id.name,
                documents=", ".join(bounce.item_ids.mapped("display_name")) or "—",
            )
        return words
