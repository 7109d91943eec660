from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return {"hello": "flask"}


@app.get("/health")
def health():
    return {"ok": True}
