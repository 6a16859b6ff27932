"""What of the shop the chat follows."""

from django.contrib.auth import get_user_model

from beseda_django import group_of, order_of, person_of, room_of
from tests.shop.models import Course, Deal, Order


@person_of(get_user_model())
def person(user):
    role = "expert" if user.is_staff else "client"
    names = {"first_name": user.first_name, "last_name": user.last_name}
    return {"username": user.username, "email": user.email, "role": role, "active": user.is_active, **names}


@order_of(Order)
def order(order):
    if order.is_draft:
        return None
    return {"number": order.number, "client": order.client_id, "expert": order.expert_id, "status": order.status}


@room_of(Deal, kind="deal", id="code", watch=["people"])
def deal(deal):
    return {"title": deal.title, "members": [user.pk for user in deal.people.all()]}


@group_of(Course, watch=["students"])
def course(course):
    return {"name": course.name, "teacher": course.teacher_id, "students": [user.pk for user in course.students.all()]}


def rooms(request):
    """The rooms that somebody is let into by their token."""
    return {f"order:{order.pk}": "member" for order in request.user.bought.all()}
