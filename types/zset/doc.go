// Package zset is the sorted set: members with scores, in order.
package zset
