"""The least page that screens with Streamlit's own buttons: a title, three buttons, a list in memory, nothing stored.

`keypress.py --basic` serves it as the app is served and measures it in the same run: no page of native buttons can be
faster. Run: python benchmarks/bare_page.py PORT
"""

from __future__ import annotations

import gc
import sys

import streamlit as st


@st.fragment
def screen() -> None:
    at = st.session_state.setdefault("at", 0)
    card = (
        f'<article data-testid="screening-card" data-record-id="{at}"><h2 data-testid="record-title">Record {at}</h2>'
    )
    st.html(f"{card}</article>")
    with st.container(horizontal=True):
        for label, key in (("Include", "i"), ("Exclude", "e"), ("Maybe", "m")):
            st.button(label, key=f"{label}-{at}", shortcut=key, on_click=_next)


def _next() -> None:
    st.session_state["at"] += 1


def serve(port: int) -> None:
    import uvicorn
    from streamlit import config

    config.set_option("runner.postScriptGC", False)
    config.set_option("browser.gatherUsageStats", False)
    config.set_option("server.headless", True)
    app = st.App(__file__)
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", ws_per_message_deflate=False)


if __name__ == "__main__":
    if st.runtime.exists():
        screen()
    else:
        serve(int(sys.argv[1]))
