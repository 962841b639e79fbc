# SPDX-License-Identifier: Apache-2.0
"""Where values come from: flags, then KAQUAN_… variables, then kaquan.conf."""

import json

import pytest
from support import binary

from command import refused, run_bytes

PID = "2088101122136241"


def shops(place, *words, environment=None, **flags):
    done = run_bytes("shop", "list", *words, "--json", environment=environment, **flags)
    assert done.returncode == 0, done.stderr
    return [shop["shop_id"] for shop in json.loads(done.stdout)]


@pytest.fixture
def configured(own_place):
    """Three merchants with a shop each; the file in the data directory names the third."""
    for number in (1, 2, 3):
        own_place.run("shop", "create", pid=f"208810112213624{number}", shop_id=f"shop-{number}", city_code="320100")
    (own_place.data / "kaquan.conf").write_text("# the third\n\npid = 2088101122136243\nlisten = 127.0.0.1:0\n")
    return own_place


def test_file_in_the_data_directory(configured):
    assert shops(configured, data=configured.data) == ["shop-3"]


def test_variable_comes_before_the_file(configured):
    variables = {"KAQUAN_DATA": str(configured.data), "KAQUAN_PID": "2088101122136242"}
    assert shops(configured, environment=variables) == ["shop-2"]


def test_flag_comes_before_the_variable(configured):
    variables = {"KAQUAN_DATA": "/nowhere", "KAQUAN_PID": "2088101122136242"}
    assert shops(configured, environment=variables, data=configured.data, pid=PID) == ["shop-1"]


def test_named_file_comes_instead(configured, tmp_path):
    named = tmp_path / "other.conf"
    named.write_bytes(b"\xef\xbb\xbfdata = " + bytes(configured.data) + b"\r\npid=2088101122136242\r\n")
    assert shops(configured, config=named) == ["shop-2"]
    assert shops(configured, environment={"KAQUAN_CONFIG": str(named)}) == ["shop-2"]


def test_json_as_a_setting(configured):
    done = run_bytes("version", environment={"KAQUAN_JSON": "true"})
    assert list(json.loads(done.stdout)) == ["version"]


def test_server_takes_its_settings_from_the_file(configured, serve):
    """Port 0 of the file: were it not read, the address would be the default's."""
    server = serve(configured, listen=None)
    assert server.listen.startswith("127.0.0.1:") and server.listen != "127.0.0.1:8080"


def test_missing_file(configured):
    done = binary.run("shop", "list", data=configured.data, config="/nowhere.conf")
    refused(done, 1, "there is no file /nowhere.conf")


@pytest.mark.parametrize("line, parts", [
    ("lisden = 127.0.0.1:0", ["line 2", "there is no setting lisden", "did you mean listen?"]),
    ("listen", ["line 2", "`name = value`"]),
    ("pid = 1\npid = 2", ["line 3: pid is given twice, and takes one value"]),
    ("json = perhaps", ["line 2: json is true or false, not perhaps"]),
])
def test_file_out_of_form(configured, line, parts):
    (configured.data / "kaquan.conf").write_text("# settings\n" + line + "\n")
    refused(binary.run("shop", "list", data=configured.data), 2, "kaquan.conf", *parts)


def test_variable_out_of_form(configured):
    done = run_bytes("serve", environment={"KAQUAN_WORKERS": "many"}, data=configured.data)
    refused(done, 2, "KAQUAN_WORKERS takes a whole number from 0 to 1024, not many")
