from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def home():
    return {"hello": "fastapi"}


@app.get("/readyz")
def ready():
    return {"ok": True}
