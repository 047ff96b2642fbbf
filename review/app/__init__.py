"""The Streamlit app: pages talk, services decide."""
