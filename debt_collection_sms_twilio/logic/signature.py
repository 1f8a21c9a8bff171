"""How Twilio signs what it sends.

HMAC-SHA1 of the address with the parameters behind it, sorted by name, in base 64: see
"Validating requests are coming from Twilio" in its documentation.
"""

import base64
import hashlib
import hmac


def sign(secret, url, parameters):
    """Return the signature of a request.

    :param str secret: the auth token of the account
    :param str url: the address as it was entered at Twilio
    :param parameters: pairs (name, value) of the form

    >>> sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", [
    ...     ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"),
    ...     ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212")])
    'RSOYDt4T1cUTdK1PDd93/VVr8B8='
    """
    text = url + "".join(name + value for name, value in sorted(set(parameters)))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(secret, url, parameters, signature):
    """Return whether a request is signed, in a time that tells nothing.

    Without a secret, or without a signature, it is not.
    """
    if not secret or not signature:
        return False
    expected = sign(secret, url, parameters)
    return hmac.compare_digest(expected.encode(), signature.encode())
