/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Pass templates, and which passes were made from them.
 *
 * pass_content: contents of templates, each as it was given. A template's first one stays, for a repeated add
 * to be compared with, and so does each that a pass was filled from.
 *
 * pass_instance.params: the values that the pass was added with; updated_params: those of today, where they
 * have been other ones since. */
const char kq_schema_v5[] =
    "CREATE TABLE pass_content ("
    "  content_no INTEGER PRIMARY KEY,"
    "  content TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE pass_template ("
    "  template_no INTEGER PRIMARY KEY,"
    "  tpl_id TEXT NOT NULL UNIQUE,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  unique_id TEXT NOT NULL,"
    "  created_s INTEGER NOT NULL,"
    "  added_content_no INTEGER NOT NULL REFERENCES pass_content,"
    "  content_no INTEGER NOT NULL REFERENCES pass_content"
    ") STRICT;"
    "CREATE UNIQUE INDEX pass_template_by_unique_id ON pass_template (pid, unique_id);"

    "CREATE TABLE pass_instance ("
    "  instance_no INTEGER PRIMARY KEY,"
    "  pass_id TEXT NOT NULL REFERENCES pass,"
    "  template_no INTEGER NOT NULL REFERENCES pass_template,"
    "  content_no INTEGER NOT NULL REFERENCES pass_content,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  app_id TEXT NOT NULL,"
    "  serial_number TEXT NOT NULL,"
    "  channel_id TEXT NOT NULL,"
    "  params TEXT NOT NULL,"
    "  updated_params TEXT,"
    "  verify_code TEXT NOT NULL,"
    "  verify_type TEXT NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX pass_instance_by_serial_number ON pass_instance (pid, serial_number);";
