"""Which answers end the messages: by table."""

import pytest
from debt_collection_logic.stop_word import POLITE, STOP, is_stop
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", "Stop.", " Alto ", "BAJA", "¡Baja!", "Salir", "CANCELAR"),
        *("baja por favor", "Por favor, baja", "Stop SMS", "STOP please", "BÁJA"),
        *("B A J A".replace(" ", ""), "cancelar gracias", "\nbaja\n", "“STOP”"),
    ],
)
def test_these_end_the_messages(text):
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "?", "gracias", "ok", "ya pagué", "no pares"),
        # "cancelar" means to pay
        *("voy a cancelar la factura", "cancelar factura hoy", "mañana cancelo"),
        *("baja el precio", "Alto Hospicio", "stop stop", "el alto", "salir mañana"),
        "<script>stop</script>",
    ],
)
def test_these_do_not(text):
    assert not is_stop(text)


@given(st.sampled_from(sorted(STOP)), st.lists(st.sampled_from(sorted(POLITE))))
def test_politeness_changes_nothing(word, polite):
    assert is_stop(" ".join([word, *polite]))
    assert is_stop(", ".join([*polite, word.upper()]))
    assert not is_stop(" ".join(polite))


@given(st.text(max_size=40))
def test_any_text_is_judged(text):
    assert is_stop(text) in (True, False)
