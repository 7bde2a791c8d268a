// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Services at the socket: connect() and sendmsg() to a ClusterIP are sent to an endpoint before a packet exists, so that
 * no rule and no connection tracking has to translate it. What the peer is called afterwards (getpeername, recvmsg) is the
 * ClusterIP again.
 *
 * Models Cilium's socket load balancing (bpf/bpf_sock.c: cil_sock4_connect, _sendmsg, _recvmsg, _getpeername), which
 * Calico's eBPF data plane calls connect-time load balancing.
 *
 * One program serves all machines of a lab: a process belongs to a machine through the cookie of its network namespace, and
 * whoever is in none of the lab's namespaces is let through. src/proxy/socket-lb/entries.ts writes these structures.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/in.h>

/* What libbpf's bpf_helpers.h would give, so that no more than the kernel's own headers is needed. */
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define INLINE static inline __attribute__((always_inline))

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)(long)BPF_FUNC_map_lookup_elem;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					 __u64 flags) = (void *)(long)BPF_FUNC_map_update_elem;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)(long)BPF_FUNC_ktime_get_ns;
static __u32 (*const bpf_get_prandom_u32)(void) = (void *)(long)BPF_FUNC_get_prandom_u32;
static __u64 (*const bpf_get_socket_cookie)(void *ctx) = (void *)(long)BPF_FUNC_get_socket_cookie;
static __u64 (*const bpf_get_netns_cookie)(void *ctx) = (void *)(long)BPF_FUNC_get_netns_cookie;
static int (*const bpf_set_retval)(int retval) = (void *)(long)BPF_FUNC_set_retval;

#define REJECT 0
#define PROCEED 1

/* Most entries; 10,000 Services of three endpoints on four nodes need about half. Memory is taken as they come. */
#define MOST_MACHINES (1 << 14)
#define MOST_SERVICES (1 << 16)
#define MOST_ENDPOINTS (1 << 18)
/* Remembered sockets and clients, of which the kernel forgets the oldest. Memory is taken at once: about 2 MB each. */
#define MOST_REMEMBERED (1 << 14)

struct service_key {
	__u32 node;
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct service {
	__u32 endpoints;
	__u32 affinity_seconds; /* 0: none */
};

struct slot_key {
	struct service_key service;
	__u32 slot;
};

/* An IPv4 address and port: an endpoint, or a Service's own. */
struct peer {
	__be32 address;
	__be16 port;
	__u16 zero;
};

struct member_key {
	struct service_key service;
	struct peer endpoint;
};

struct turn {
	__u64 taken;
	__u32 start;
	__u32 random; /* 1: every choice is drawn by lot */
};

/* client: of a Service with affinity the namespace, of other UDP the socket. */
struct client_key {
	struct service_key service;
	__u32 zero;
	__u64 client;
};

struct client {
	struct peer endpoint;
	__u64 used_ns;
};

struct socket_key {
	__u64 socket;
	struct peer endpoint;
};

#define HASH(name, kind, most, flags, key_type, value_type)                                                             \
	struct {                                                                                                       \
		__uint(type, kind);                                                                                    \
		__uint(max_entries, most);                                                                             \
		__uint(map_flags, flags);                                                                              \
		__type(key, key_type);                                                                                 \
		__type(value, value_type);                                                                             \
	} name SEC(".maps")

/* Node by the cookie of a network namespace: the node's own, and those of its pods. */
HASH(machines, BPF_MAP_TYPE_HASH, MOST_MACHINES, BPF_F_NO_PREALLOC, __u64, __u32);
HASH(services, BPF_MAP_TYPE_HASH, MOST_SERVICES, BPF_F_NO_PREALLOC, struct service_key, struct service);
HASH(endpoints, BPF_MAP_TYPE_HASH, MOST_ENDPOINTS, BPF_F_NO_PREALLOC, struct slot_key, struct peer);
/* Which endpoints a Service has, to see whether a remembered one still counts. */
HASH(members, BPF_MAP_TYPE_HASH, MOST_ENDPOINTS, BPF_F_NO_PREALLOC, struct member_key, __u32);
HASH(turns, BPF_MAP_TYPE_HASH, MOST_SERVICES, BPF_F_NO_PREALLOC, struct service_key, struct turn);
HASH(clients, BPF_MAP_TYPE_LRU_HASH, MOST_REMEMBERED, 0, struct client_key, struct client);
/* The Service that a socket was told to reach, by the endpoint that it reached. */
HASH(sockets, BPF_MAP_TYPE_LRU_HASH, MOST_REMEMBERED, 0, struct socket_key, struct peer);

/* To older verifiers user_port is a whole word. */
INLINE __be16 port_of(const struct bpf_sock_addr *ctx)
{
	volatile __u32 port = ctx->user_port;

	return (__be16)port;
}

INLINE void set_peer(struct bpf_sock_addr *ctx, const struct peer *peer)
{
	ctx->user_ip4 = peer->address;
	ctx->user_port = peer->port;
}

/* The endpoint whose turn it is, or one drawn by lot. */
INLINE struct peer *next_endpoint(const struct service_key *key, const struct service *service)
{
	struct turn *turn = bpf_map_lookup_elem(&turns, key);
	struct slot_key at = { .service = *key };

	if (!turn)
		return 0;
	__u64 number = __sync_fetch_and_add(&turn->taken, 1) + turn->start;

	if (turn->random)
		number = bpf_get_prandom_u32();
	at.slot = number % service->endpoints;
	return bpf_map_lookup_elem(&endpoints, &at);
}

INLINE int is_fresh(const struct client *client, const struct client_key *of, const struct service *service,
		    __u64 now)
{
	struct member_key member = { .service = of->service, .endpoint = client->endpoint };

	if (service->affinity_seconds && now - client->used_ns >= service->affinity_seconds * 1000000000ULL)
		return 0;
	return bpf_map_lookup_elem(&members, &member) != 0;
}

/* The client's own endpoint while it may keep it, else the next one, which then is its own. */
INLINE int keep_endpoint(const struct client_key *of, const struct service *service, struct peer *chosen)
{
	__u64 now = bpf_ktime_get_ns();
	struct client *client = bpf_map_lookup_elem(&clients, of);

	if (client && is_fresh(client, of, service, now)) {
		client->used_ns = now;
		*chosen = client->endpoint;
		return 1;
	}
	struct peer *next = next_endpoint(&of->service, service);

	if (!next)
		return 0;
	*chosen = *next;
	struct client own = { .endpoint = *next, .used_ns = now };

	bpf_map_update_elem(&clients, of, &own, BPF_ANY);
	return 1;
}

/* TCP asks once a connection. UDP may ask for each message, and a socket stays with its endpoint. */
INLINE int choose(struct bpf_sock_addr *ctx, __u64 netns, const struct service_key *key, const struct service *service,
		  struct peer *chosen)
{
	struct client_key client = { .service = *key, .client = netns };

	if (!service->affinity_seconds && key->protocol == IPPROTO_TCP) {
		struct peer *next = next_endpoint(key, service);

		if (next)
			*chosen = *next;
		return next != 0;
	}
	if (!service->affinity_seconds)
		client.client = bpf_get_socket_cookie(ctx);
	return keep_endpoint(&client, service, chosen);
}

INLINE int translate(struct bpf_sock_addr *ctx)
{
	__u64 netns = bpf_get_netns_cookie(ctx);
	__u32 *node = bpf_map_lookup_elem(&machines, &netns);

	if (!node)
		return PROCEED;
	struct peer asked = { .address = ctx->user_ip4, .port = port_of(ctx) };
	struct service_key key = {
		.node = *node, .address = asked.address, .port = asked.port, .protocol = ctx->protocol
	};
	struct service *service = bpf_map_lookup_elem(&services, &key);

	if (!service)
		return PROCEED;
	if (service->endpoints == 0) {
		bpf_set_retval(-EHOSTUNREACH);
		return REJECT;
	}
	struct socket_key reached = { .socket = bpf_get_socket_cookie(ctx) };

	/* In the middle of a change a slot may be empty: then the rules of kube-proxy have it. */
	if (!choose(ctx, netns, &key, service, &reached.endpoint))
		return PROCEED;
	bpf_map_update_elem(&sockets, &reached, &asked, BPF_ANY);
	set_peer(ctx, &reached.endpoint);
	return PROCEED;
}

/* Whom a socket believes to talk to. */
INLINE int translate_back(struct bpf_sock_addr *ctx)
{
	struct socket_key reached = {
		.socket = bpf_get_socket_cookie(ctx),
		.endpoint = { .address = ctx->user_ip4, .port = port_of(ctx) },
	};
	struct peer *asked = bpf_map_lookup_elem(&sockets, &reached);

	if (asked)
		set_peer(ctx, asked);
	return PROCEED;
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
	return translate(ctx);
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx)
{
	return translate(ctx);
}

SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *ctx)
{
	return translate_back(ctx);
}

SEC("cgroup/getpeername4")
int getpeername4(struct bpf_sock_addr *ctx)
{
	return translate_back(ctx);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
