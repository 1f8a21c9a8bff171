from odoo import api, models
from odoo.tools import SQL


class DebtConfigMixin(models.AbstractModel):
    """What the daily run reads as configuration.

    A second run of a day looks only at cases with news. Every change of configuration
    raises a version, and a run that meets a new version looks at every case again.
    """

    _name = "debt.config.mixin"
    _description = "Configuration of Debt Collection"

    @api.model
    def _config_version(self):
        """Return the version of the configuration, an integer that only rises."""
        ((version,),) = self.env.execute_query(
            SQL("SELECT last_value FROM debt_config_version")
        )
        return version

    @api.model
    def _config_changed(self):
        """Make the next run look at every case, not only at those with news."""
        self.env.cr.execute("SELECT nextval('debt_config_version')")

    @api.model_create_multi
    def create(self, vals_list):
        self._config_changed()
        return super().create(vals_list)

    def write(self, vals):
        self._config_changed()
        return super().write(vals)

    def unlink(self):
        self._config_changed()
        return super().unlink()
