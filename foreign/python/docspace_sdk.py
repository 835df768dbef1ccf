"""What an integration does, with the vendor's own client: signs in by OAuth,
reads the user, lists rooms, makes one, uploads, reads back and cleans up.

Usage: docspace_sdk.py roomadmin
"""

from urllib.parse import parse_qs, urlencode, urlsplit

import docspace_api_sdk as sdk
from docspace_api_sdk.api.o_auth20.authorization_api import AuthorizationApi
from docspace_api_sdk.api.files.files_api import FilesApi
from docspace_api_sdk.api.files.folders_api import FoldersApi
from docspace_api_sdk.api.files.operations_api import OperationsApi
from docspace_api_sdk.api.people.profiles_api import ProfilesApi
from docspace_api_sdk.api.rooms.rooms_api import RoomsApi
from docspace_api_sdk.exceptions import ApiException

from person import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, PORTAL, REDIRECT_URI, check, run, visit


def sign_in():
    scopes = "accounts.self:read rooms:write files:write"
    query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "scope": scopes}
    arrived = visit(AUTHORIZE + "?" + urlencode(query))
    code = parse_qs(urlsplit(arrived).query)["code"][0]
    return AuthorizationApi(sdk.ApiClient(sdk.Configuration(host=PORTAL))).exchange_token(
        "authorization_code", code, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET
    ).access_token


def flow(user):
    token = sign_in()
    client = sdk.ApiClient(sdk.Configuration(host=PORTAL, access_token=token))
    # The SDK sends no token to the routes that also answer strangers, such as a
    # folder's content; without one they answer 401 or 403.
    client.set_default_header("Authorization", "Bearer " + token)
    rooms, folders, files = RoomsApi(client), FoldersApi(client), FilesApi(client)

    me = ProfilesApi(client).get_self_profile().response
    check(me.email == user + "@docspace.test", f"I am {me.display_name}")

    before = rooms.get_rooms_folder().response
    check(before.total == len(before.folders), f"{before.total} rooms")

    room = rooms.create_room(
        create_room_request_dto=sdk.CreateRoomRequestDto(title="SDK room", room_type=sdk.RoomType.CustomRoom)
    ).response
    check(room.title == "SDK room", f"room {room.id}")
    check(rooms.get_rooms_folder().response.total == before.total + 1, "the room is listed")

    content = b"hello from the SDK\n" * 1000
    uploaded = folders.upload_file(room.id, file=("hello.txt", content)).response
    file = uploaded[0] if isinstance(uploaded, list) else uploaded
    check(file.title == "hello.txt" and file.pure_content_length == len(content), f"file {file.id}")

    inside = folders.get_folder_by_folder_id(room.id).response
    check([f.title for f in inside.files] == ["hello.txt"], "the file is listed")
    again = files.get_file_info(file.id).response
    check(again.id == file.id and again.version == 1, "the file by its id")

    # The SDK has no call that downloads; a file's viewUrl is the address.
    got = client.rest_client.pool_manager.request("GET", again.view_url, headers={"Authorization": "Bearer " + token})
    check(got.status == 200 and got.data == content, f"{len(got.data)} bytes read back")

    files.delete_file(file.id, sdk.Delete(immediately=True))
    try:
        files.get_file_info(file.id)
        raise AssertionError("the file is still there")
    except ApiException as e:
        check(e.status == 404, "the file is gone")

    rooms.archive_room(room.id, sdk.ArchiveRoomRequest(delete_after=False))
    operation = rooms.delete_room(room.id, sdk.DeleteRoomRequest(delete_after=False)).response
    check(operation.finished and not operation.error, "the room is deleted")
    statuses = OperationsApi(client).get_operation_statuses().response
    check(statuses == [], "nothing is under way")
    check(rooms.get_rooms_folder().response.total == before.total, "all is as before")


run(flow)
