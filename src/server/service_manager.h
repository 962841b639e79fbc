/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_SERVICE_MANAGER_H
#define KQ_SERVER_SERVICE_MANAGER_H

/* What a service manager hears of the server, in the way of systemd's sd_notify(3): a datagram to the socket
 * that the environment's NOTIFY_SOCKET names. */

#define KQ_SERVICE_READY "READY=1"
#define KQ_SERVICE_STOPPING "STOPPING=1"

/* Does nothing where nobody asked for it. A message that cannot be sent is logged: the manager's own time-out
 * deals with its absence. */
void kq_service_tell(const char *state);

#endif
