from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..logic.upload import MOST_BYTES, MOST_FILES, kind_of, name_of
from .door import DebtDoor


class DebtFiles(DebtDoor):
    """Files from and for customers, and forms that are shown again where they fail."""

    def _uploaded(self, name, most=MOST_FILES):
        """Return the files of a form: photos and PDF files, by their content.

        :param name: of the input
        :return: [(name, content, media type)]
        :raise UserError: in words for the customer
        """
        env, files = request.env, []
        for upload in request.httprequest.files.getlist(name):
            content = upload.read(MOST_BYTES + 1)
            if not content and not upload.filename:
                continue
            if len(content) > MOST_BYTES:
                raise UserError(
                    env._("A file can have at most %(most)s MB.", most=MOST_BYTES >> 20)
                )
            if not (kind := kind_of(content)):
                raise UserError(
                    env._(
                        "Only photos and PDF files can be attached. Save it as one of "
                        "them: %(name)s",
                        name=(upload.filename or "")[:80],
                    )
                )
            media, extension = kind
            files.append((name_of(upload.filename, extension), content, media))
        if len(files) > most:
            raise UserError(env._("Attach at most %(most)s files.", most=most))
        return files

    def _download(self, attachment, name=None):
        """Return a file as a download: whatever it is, the browser never runs it."""
        content, name = attachment.raw or b"", name or attachment.name or "file"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

    def _attempt(self, deed):
        """Do something that may be refused, wholly or not at all.

        :param deed: a function without parameters
        :return: (what it returned, None), or (None, why it was refused)
        """
        try:
            with request.env.cr.savepoint():
                return deed(), None
        except UserError as error:
            return None, str(error)
