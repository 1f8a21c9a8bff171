import re

import qrcode

from odoo.tests import BaseCase, tagged

from ..tools.qr_code import BORDER, MASK, qr_svg


@tagged("post_install", "-at_install")
class TestQrCode(BaseCase):
    def test_the_picture_has_every_square_of_the_code(self):
        link = "https://cobranza.example.com/debt/pay/" + "k" * 90
        code = qrcode.QRCode(border=BORDER, error_correction=0, mask_pattern=MASK)
        code.add_data(link)
        rows = [list(map(bool, row)) for row in code.get_matrix()]
        drawn = [[False] * len(rows) for _row in rows]
        for x, y, width in re.findall(r"M(\d+),(\d+)h(\d+)v1h-\3z", qr_svg(link)):
            for place in range(int(x), int(x) + int(width)):
                drawn[int(y)][place] = True
        self.assertEqual(drawn, rows)
