"""Opens the app with Streamlit's own command: `streamlit run streamlit_app.py`. `review app` is the usual way."""

from review.app.main import main

main()
