package calendlytest

const (
	contactLists = 6 // the last two of them views
	staticLists  = 4
)

// listed reports whether a list or view shows a contact.
func (w *world) listed(list, j int) bool {
	if on, written := w.onList[listing{list, j}]; written {
		return on
	}
	return w.wasListed(list, j)
}

// wasListed reports whether a contact was drawn on a list.
func (w *world) wasListed(list, j int) bool {
	if isView(list) { // a view of those without a company, or with one
		return (w.contact(j).Company == nil) == (list == staticLists)
	}
	if list >= contactLists || j >= w.contacts() {
		return false
	}
	d := w.draw(kindContactList, j, 1+list)
	return d.chance(50 << list)
}

// staticListCounts returns how many contacts each list holds.
func (w *world) staticListCounts() [staticLists]int {
	var counts [staticLists]int
	for j := range w.contacts() {
		for list := range counts {
			if w.wasListed(list, j) {
				counts[list]++
			}
		}
	}
	return counts
}

func (w *world) contactListBody(list int) contactListBody {
	if list >= contactLists {
		h := w.lists[list]
		return contactListBody{w.uri(kindContactList, list), h.name, "static_list", new(w.listGrew[list]), stamp(h.created), stamp(h.updated)}
	}
	at := stampSeconds(w.start + int64(list+1)*20*day)
	names := []string{"VIP", "Newsletter – été", "Partners", "Everyone at the fair", "Privatpersonen", "With a company"}
	b := contactListBody{URI: w.uri(kindContactList, list), Name: names[list], Type: "dynamic_view", CreatedAt: at, UpdatedAt: at}
	if list < staticLists {
		b.Type, b.ContactCount = "static_list", new(w.listCounts()[list]+w.listGrew[list])
	}
	if h := w.lists[list]; h != nil {
		b.Name, b.UpdatedAt = h.name, stamp(h.updated)
	}
	return b
}

func getContactList(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindContactList, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[contactListBody]{c.world.contactListBody(r.index)}, nil
}

// listContactLists has a pagination object, though it never pages.
func listContactLists(c *call) (any, error) {
	p := c.params()
	only := p.enum("type", "static_list", "dynamic_view")
	if err := p.err(); err != nil {
		return nil, err
	}
	rows := []contactListBody{}
	for list := range c.world.allLists() {
		if b := c.world.contactListBody(list); only == "" || b.Type == only {
			rows = append(rows, b)
		}
	}
	return list[contactListBody]{Collection: rows, Pagination: pagination{Count: len(rows)}}, nil
}
