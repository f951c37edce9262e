package keyspace

import "github.com/ringer-kv/ringer/types/list"

// List is a view of the value of a key of TypeList. After a change, PutList.
func (e Entry) List() list.List {
	return list.Open(&e.db.engine.space.list, e.Object(), listEncoding(e.Encoding()))
}

// NewList is an empty list that belongs to no key yet.
func (db *DB) NewList() list.List { return list.New(&db.engine.space.list) }

// PutList stores a list that is new or has been changed as the value of the key of e, which must
// not exist or be the key that the list comes from. An empty list is freed and its key deleted,
// which it reports.
func (db *DB) PutList(e Entry, l *list.List) (deleted bool) {
	enc := listKeyEncoding(l)
	switch {
	case e.Found():
		e.SetObject(enc, l.Ref())
		if l.Len() == 0 {
			db.Delete(e)
			return true
		}
	case l.Len() == 0:
		l.Free()
	default:
		db.addObject(e, TypeList, enc, l.Ref())
	}
	return false
}

// StoreList makes a new list that is not empty the value of the key of e, whatever that was,
// without a deadline.
func (db *DB) StoreList(e Entry, l *list.List) {
	db.addObject(e, TypeList, listKeyEncoding(l), l.Ref())
}

// listEncoding is the encoding of a list by that of its key.
func listEncoding(e Encoding) list.Encoding {
	if e == EncQuicklistPacked {
		return list.Packed
	}
	return list.Blocks
}

// listKeyEncoding is the encoding of a key by that of its list.
func listKeyEncoding(l *list.List) Encoding {
	if l.Encoding() == list.Packed {
		return EncQuicklistPacked
	}
	return EncQuicklist
}
