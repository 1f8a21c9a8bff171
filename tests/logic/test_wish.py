import pytest
from debt_collection_whatsapp_logic.wish import wish_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    ["baja", "BAJA", "¡Baja, por favor!", "stop", "Stop.", "ALTO", "unsubscribe"]
    + ["No más mensajes", "por favor no me escriban más", "cancelar suscripción"]
    + ["opt out", "please stop messages", "no more messages thanks"],
)
def test_who_wants_no_more_messages(text):
    assert wish_of(text) == "stop"


@pytest.mark.parametrize("text", ["alta", "Reanudar", "START", "resume please"])
def test_who_wants_them_again(text):
    assert wish_of(text) == "again"


@pytest.mark.parametrize(
    "text",
    ["", "cancelar", "cancelar la factura", "el precio está muy alto", "no pares"]
    + ["stop and go", "la baja de precio", "quiero darles una alta noticia", "👍"]
    + ["ya hablé con ustedes y quedamos en que no me escriban hasta el lunes"],
)
def test_what_is_no_wish(text):
    assert wish_of(text) is None


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text):
    assert wish_of(text) in (None, "stop", "again")
