from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DebtAgeingFile(http.Controller):
    @http.route(
        "/debt/ageing/<int:ageing_id>/xlsx", type="http", auth="user", methods=["GET"]
    )
    def xlsx(self, ageing_id, **_kwargs):
        """Download an ageing report that the user asked for, as a workbook."""
        ageing = request.env["debt.ageing"].search([("id", "=", ageing_id)])
        if not ageing:
            raise request.not_found()
        name, content = ageing._xlsx()
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
