import base64

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.debt_collection.logic.cell_values import (
    CellError,
    is_empty,
    plain,
    read_amount,
    read_date,
    read_text,
)
from odoo.addons.debt_collection.tools.spreadsheet import (
    BrokenCell,
    FileError,
    read_file,
)

#: Names of columns, as ``plain`` writes them.
COLUMNS = {
    "country": ("country", "market", "pais", "mercado"),
    "category": ("category", "categoria"),
    "date": ("date", "from", "effective date", "fecha", "desde"),
    "price": ("price", "rate", "precio", "tarifa"),
    "currency": ("currency", "moneda"),
}
#: Words of categories; such a column has its prices, as in Meta's own list.
CATEGORIES = {
    "marketing": "marketing",
    "utility": "utility",
    "utilidad": "utility",
    "authentication": "authentication",
    "autenticacion": "authentication",
    "service": "service",
    "servicio": "service",
}
#: Rows above the headings.
FIRST_ROWS = 10
SHOWN = 20


class DebtWhatsappRateWizard(models.TransientModel):
    """Prices from a file: first looked at, then imported, all or none."""

    _name = "debt.whatsapp.rate.wizard"
    _description = "Import Prices of WhatsApp"

    file = fields.Binary(string="Spreadsheet", required=True)
    file_name = fields.Char()
    date = fields.Date(
        string="Prices from",
        required=True,
        default=lambda self: self.env.company._debt_today().replace(day=1),
        help="Where the file does not say it.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.ref("base.USD"),
        help="Where the file does not say it.",
    )
    state = fields.Selection(
        [("draft", "To Check"), ("checked", "Checked")], default="draft"
    )
    problems = fields.Text(readonly=True)
    preview = fields.Text(readonly=True)
    new_count = fields.Integer(string="New", readonly=True)
    changed_count = fields.Integer(string="Changed", readonly=True)
    same_count = fields.Integer(string="Already There", readonly=True)

    def action_check(self):
        """Read the file and say what would be imported; nothing is written."""
        self.ensure_one()
        found, problems = self._read()
        counts = {"new": 0, "changed": 0, "same": 0}
        lines = []
        for values in found:
            known = self._known(values)
            kind = self._kind(known, values)
            counts[kind] += 1
            if kind != "same" and len(lines) < SHOWN:
                lines.append(self._line(values, known))
        self.write(
            {
                "state": "checked",
                "problems": "\n".join(problems[:SHOWN]) or False,
                "preview": "\n".join(lines) or False,
                **{f"{kind}_count": count for kind, count in counts.items()},
            }
        )
        return self._again()

    def action_import(self):
        """Import the prices of the file.

        :raise UserError: where a line is not right
        """
        self.ensure_one()
        found, problems = self._read()
        if problems:
            raise UserError("\n".join(problems[:SHOWN]))
        rates = self.env["debt.whatsapp.rate"]
        for values in found:
            known = self._known(values)
            if known:
                known.write({name: values[name] for name in ("price", "currency_id")})
            else:
                rates.create(values)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_rate_action"
        )

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Import Prices"),
        }

    # === READING === #

    def _read(self):
        """Return (values of prices, what is wrong, line by line)."""
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            sheets = read_file(content, self.file_name or "")
        except FileError as error:
            reader = self.env["debt.import.read.mixin"]
            return [], [reader._file_error(error.code)]
        found, problems = {}, []
        for _name, rows in sheets:
            top, columns = self._headings(rows)
            if columns is None:
                continue
            for number, row in enumerate(rows[top + 1 :], start=top + 2):
                if all(map(is_empty, row)):
                    continue
                try:
                    for values in self._row(row, columns):
                        key = (values["country_id"], values["category"], values["date"])
                        found[key] = values
                except (CellError, UserError) as error:
                    problems.append(
                        self.env._(
                            "Line %(number)s: %(error)s",
                            number=number,
                            error=self._why(error),
                        )
                    )
        if not found and not problems:
            problems.append(
                self.env._(
                    "No line of headings was found. The columns are country, category, "
                    "date, price and currency; or country, and one for each category."
                )
            )
        return list(found.values()), problems

    def _headings(self, rows):
        """Return (number of the row, {what: column}); None where there are none."""
        for number, row in enumerate(rows[:FIRST_ROWS]):
            words = [plain(str(cell or "")) for cell in row]
            columns = {}
            for what, names in COLUMNS.items():
                place = next((p for p, word in enumerate(words) if word in names), None)
                if place is not None:
                    columns[what] = place
            prices = {
                CATEGORIES[word]: place
                for place, word in enumerate(words)
                if word in CATEGORIES
            }
            if "country" in columns and (
                {"category", "price"} <= columns.keys() or prices
            ):
                return number, {**columns, "prices": prices}
        return 0, None

    def _row(self, row, columns):
        """Yield the values of the prices in a row."""

        def cell(what):
            place = columns.get(what)
            value = row[place] if place is not None and place < len(row) else None
            if isinstance(value, BrokenCell):
                raise CellError("broken_formula", str(value))
            return value

        country = self._country(read_text(cell("country")))
        currency = self._currency(read_text(cell("currency")))
        date = read_date(cell("date"), self._day_first()) or self.date
        if "category" in columns:
            word = plain(read_text(cell("category")))
            if word not in CATEGORIES:
                raise CellError("unknown_choice", read_text(cell("category")))
            prices = {CATEGORIES[word]: cell("price")}
        else:
            places = columns["prices"]
            prices = {
                category: row[place] if place < len(row) else None
                for category, place in places.items()
            }
        for category, value in prices.items():
            price = None if self._is_no_price(value) else read_amount(value, ".")
            if price is None:
                continue
            if price < 0:
                raise UserError(self.env._("A price cannot be negative."))
            yield {
                "country_id": country.id,
                "category": category,
                "date": date,
                "price": float(price),
                "currency_id": currency.id,
            }

    def _is_no_price(self, value):
        return is_empty(value) or plain(str(value)) in ("n a", "na", "")

    def _day_first(self):
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US")
        form = lang.date_format or "%d/%m/%Y"
        return form.find("%d") < form.find("%m") or form.startswith("%Y")

    def _country(self, text):
        """Return the country of a name or code; none for all the others."""
        countries = self.env["res.country"]
        if plain(text) in ("", "other", "others", "otros", "rest of world"):
            return countries
        found = countries
        if len(text) == 2:
            found = countries.search([("code", "=", text.upper())], limit=1)
        found = found or countries.search([("name", "=ilike", text)], limit=1)
        found = found or countries.with_context(lang="en_US").search(
            [("name", "=ilike", text)], limit=1
        )
        if not found:
            raise UserError(
                self.env._("“%s” is no country. Write its name or its code.", text)
            )
        return found

    def _currency(self, text):
        if not text:
            return self.currency_id
        code = text.strip("$ ").upper() or "USD"
        found = self.env["res.currency"].with_context(active_test=False)
        found = found.search([("name", "=", code)], limit=1)
        if not found:
            raise UserError(
                self.env._("“%s” is no currency. Write its three letters.", text)
            )
        return found

    def _why(self, error):
        if isinstance(error, UserError):
            return str(error)
        text = str(error.value)[:60]
        if error.code == "unknown_choice":
            return self.env._(
                "“%s” is no category: marketing, utility, authentication or service.",
                text,
            )
        return self.env._("“%s” cannot be read.", text)

    # === COMPARING === #

    def _known(self, values):
        return self.env["debt.whatsapp.rate"].search(
            [(name, "=", values[name]) for name in ("country_id", "category", "date")]
        )

    def _kind(self, known, values):
        if not known:
            return "new"
        same = round(known.price, 6) == round(values["price"], 6)
        return (
            "same"
            if same and known.currency_id.id == values["currency_id"]
            else "changed"
        )

    def _line(self, values, known):
        country = self.env["res.country"].browse(values["country_id"] or [])
        currency = self.env["res.currency"].browse(values["currency_id"])
        before = f"{known.price:.6f} → " if known else ""
        return (
            f"{country.name or self.env._('Other countries')}, {values['category']}, "
            f"{values['date']}: {before}{values['price']:.6f} {currency.name}"
        )
