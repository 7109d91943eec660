from django.contrib.auth.models import User
from django.http import JsonResponse
from django.urls import path


def home(request):
    return JsonResponse({"hello": "django", "users": User.objects.count()})


def health(request):
    return JsonResponse({"ok": True})


urlpatterns = [path("", home), path("healthz", health)]
