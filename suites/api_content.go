package suites

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/onsi/gomega"

	"docspace-oauth/suites/target"
)

// idOf is the id of the object in an answer, as text.
func idOf(r Response) string {
	object, _ := r.Member("response").(map[string]any)
	switch id := object["id"].(type) {
	case float64:
		return strconv.FormatInt(int64(id), 10)
	case string:
		return id
	}
	return ""
}

func fieldsFilter(c *Case) {
	grant := c.Grant(selfScope)
	answer := c.API(selfPath+"?fields=id,email", grant.Access)
	c.Expect(answer).To(BeEnvelope())
	person, _ := answer.Member("response").(map[string]any)
	c.Expect(person).To(gomega.HaveLen(2), "members of response")
	c.Expect(person).To(gomega.HaveKey("id"))
	c.Expect(person).To(gomega.HaveKey("email"))
	c.Expect(answer.JSON()).To(gomega.HaveKey("links"), "the envelope is not filtered")
}

func unknownIDs(c *Case) {
	grant := c.GrantFor(c.User(target.Admin), c.App())
	const nobody = "99999999-9999-4999-8999-999999999999"
	for _, path := range []string{"files/file/2000000000", "files/rooms/2000000000", "files/2000000000", "group/" + nobody, "people/" + nobody} {
		c.Expect(c.API(path, grant.Access)).To(BeErrorEnvelope(404), "GET %s", path)
	}
	for _, token := range []string{"", grant.Access} {
		c.Expect(c.API(selfPath+"/nosuch", token)).To(HaveStatus(404), "an unknown path")
	}
	wrong := c.APICall(http.MethodDelete, "capabilities", "", nil)
	c.Expect(wrong).To(HaveStatus(405), "a wrong method")
	c.Expect(wrong.Header.Get("Allow")).To(gomega.ContainSubstring("GET"), "Allow")
}

func envelope(c *Case) {
	grant := c.Grant(selfScope)
	answer := c.API(selfPath, grant.Access)
	c.Expect(answer).To(BeEnvelope())
	members := answer.JSON()
	c.Expect(members["response"]).To(gomega.BeAssignableToTypeOf(map[string]any{}), "response")
	c.Expect(members["count"]).To(gomega.Equal(1.0), "count")
	links, _ := members["links"].([]any)
	c.Expect(links).To(gomega.HaveLen(1), "links")
	link, _ := links[0].(map[string]any)
	c.Expect(link["action"]).To(gomega.Equal("GET"), "links[0].action")
	c.Expect(link["href"]).To(gomega.HaveSuffix("/api/2.0/"+selfPath), "links[0].href")
	missing := c.API("files/file/2000000000", grant.Access)
	c.Expect(missing).To(BeErrorEnvelope(404))
	problem, _ := missing.Member("error").(map[string]any)
	for _, name := range []string{"type", "stack", "hresult"} {
		c.Expect(problem).To(gomega.HaveKey(name), "member of error")
	}
	c.Expect(missing.JSON()).NotTo(gomega.HaveKey("links"), "an error envelope has no links")
}

func paging(c *Case) {
	grant := c.GrantFor(c.User(target.RoomAdmin), c.App(), Scope("files:write", "accounts:read"))
	c.setup("three files", func() {
		for i := range 3 {
			answer := c.APICall(http.MethodPost, "files/@my/text", grant.Access,
				map[string]any{"title": fmt.Sprintf("page %d", i), "content": "text"})
			c.Expect(answer).To(BeEnvelope())
		}
	})
	whole := folder(c.API("files/@my", grant.Access))
	part := folder(c.API("files/@my?startIndex=1&count=1", grant.Access))
	c.Expect(part["total"]).To(gomega.Equal(whole["total"]), "total of a folder's page")
	c.Expect(part["count"]).To(gomega.Equal(1.0), "count of a folder's page")
	c.Expect(part["startIndex"]).To(gomega.Equal(1.0), "startIndex of a folder's page")
	people := c.API("people?startIndex=1&count=1", grant.Access)
	c.Expect(people).To(BeEnvelope())
	list, _ := people.Member("response").([]any)
	c.Expect(list).To(gomega.HaveLen(1), "people on a page of one")
	c.Expect(people.Member("count")).To(gomega.Equal(1.0), "count")
	c.Expect(people.Member("total")).To(gomega.BeNumerically(">=", 2), "total")
	for _, count := range []string{"0", "101"} {
		c.Expect(c.API("people?count="+count, grant.Access)).To(HaveStatus(400), "count=%s", count)
	}
}

// folder is the content of a folder in an answer.
func folder(r Response) map[string]any {
	content, _ := r.Member("response").(map[string]any)
	return content
}

func writeThenRead(c *Case) {
	grant := c.GrantFor(c.User(target.RoomAdmin), c.App(), Scope("files:write", "rooms:write"))
	title := "note " + grant.App.ID[:8]
	created := c.APICall(http.MethodPost, "files/@my/text", grant.Access, map[string]any{"title": title, "content": "hello"})
	c.Expect(created).To(BeEnvelope())
	c.Expect(titles(folder(c.API("files/@my", grant.Access))["files"])).To(gomega.ContainElement(title+".txt"), "files in My documents")
	room := c.APICall(http.MethodPost, "files/rooms", grant.Access, map[string]any{"title": title, "roomType": 5})
	c.Expect(room).To(BeEnvelope())
	c.Expect(folder(room)["roomType"]).To(gomega.Equal(5.0), "roomType of the new room")
	c.Expect(titles(folder(c.API("files/rooms", grant.Access))["folders"])).To(gomega.ContainElement(title), "rooms")
	c.Expect(c.API("files/rooms/"+idOf(room), grant.Access)).To(BeEnvelope(), "the room by its id")
}

// titles are those of a list of files or folders.
func titles(list any) []string {
	var all []string
	entries, _ := list.([]any)
	for _, e := range entries {
		if entry, ok := e.(map[string]any); ok {
			title, _ := entry["title"].(string)
			all = append(all, title)
		}
	}
	return all
}
