package mockdocspace

import (
	"fmt"

	"docspace-oauth/mockdocspace/config"
)

const secondHost = "second.localhost"

// builtInPortals are two portals with something to look at: users of each type and
// rooms of each type on the first, of which everybody sees another part, and on
// the second one person who is also on the first.
func builtInPortals() []config.Portal {
	person := func(portal, number int, kind, email, first, last string, documents *config.Contents) config.User {
		return config.User{
			ID:    fmt.Sprintf("%d0000000-0000-4000-8000-%012d", portal, number),
			Email: email, Password: SeedPassword, Type: kind, FirstName: first, LastName: last, Documents: documents,
		}
	}
	return []config.Portal{
		{
			ID: firstTenant, Name: "Example Company", Hosts: []string{"127.0.0.1", "localhost", "::1"},
			Users: []config.User{
				person(1, 1, "owner", "owner@docspace.test", "Olivia", "Owner", documents(
					[]config.Folder{folder("Board", text("Minutes, March.md", "# March\n\n- budget: agreed\n- new supplier: Rosa asks three\n"))},
					office("Letter to the team.docx", "Dear all,\n\nthe autumn catalogue goes to print in week 38.\n\nOlivia"),
					office("Budget.xlsx", "Item,Plan,Spent\nPrint,12000,4300\nPhotographs,5000,5150\nStamps,1800,220"),
				)),
				person(1, 2, "admin", "admin@docspace.test", "Adam", "Admin", documents(nil,
					text("Passwords to change.csv", "system,since\nprinter,2024-11-02\ndoor,2025-01-15\n"),
				)),
				person(1, 3, "roomadmin", "roomadmin@docspace.test", "Rosa", "Roomadmin", documents(
					[]config.Folder{folder("Suppliers", text("Northwind.md", "# Northwind\n\nDelivers in three weeks, paper only.\n"), text("Addresses.csv", addresses))},
					text("To do.txt", "ask Northwind for samples\nclose the spring room\n"),
				)),
				person(1, 4, "user", "user@docspace.test", "Ursula", "User", documents(
					[]config.Folder{folder("Drafts", text("Cover, first try.md", "# Warm rooms\n\nNine lamps for dark evenings.\n"), office("Cover.docx", "Warm rooms\n\nNine lamps for dark evenings."))},
					text("Expenses.csv", "date,what,amount\n2026-03-02,train,38.40\n2026-03-03,lunch,14.00\n"),
				)),
				person(1, 5, "guest", "guest@docspace.test", "Gustav", "Guest", nil),
			},
			Groups: []config.Group{
				{Name: "Everybody", Members: []string{"owner@docspace.test", "admin@docspace.test", "roomadmin@docspace.test", "user@docspace.test"}},
				{Name: "Marketing", Manager: "roomadmin@docspace.test", Members: []string{"roomadmin@docspace.test", "user@docspace.test"}},
			},
			Rooms: []config.Room{
				{
					Title: "Autumn catalogue", Type: "editing", CreatedBy: "roomadmin@docspace.test", Tags: []string{"marketing", "print"}, Color: "4781D1",
					Members: []config.Member{{User: "user@docspace.test", Access: "content-creator"}},
					Contents: config.Contents{
						Folders: []config.Folder{
							folder("Texts", office("Cover.docx", "Warm rooms\n\nNine lamps for dark evenings."), text("Style.md", "# How we write\n\nShort. No exclamation marks.\n")),
							folder("Prices", text("Lamps.csv", lamps), office("Lamps.xlsx", lamps)),
						},
						Files: []config.File{text("Outline.txt", "1. Cover\n2. Lamps\n3. Prices\n")},
					},
				},
				{
					Title: "Supplier Northwind", Type: "custom", CreatedBy: "roomadmin@docspace.test", Tags: []string{"suppliers"}, Color: "FF9933",
					Members: []config.Member{{User: "user@docspace.test", Access: "editing"}, {User: "guest@docspace.test", Access: "read"}},
					Contents: config.Contents{Files: []config.File{
						text("Questions.txt", "Delivery in week 36?\nSame paper as in spring?\n"),
						office("Order 2041.xlsx", "Article,Sheets,Price\nPaper 120 g,40000,1180.00\nCover 250 g,9000,610.00"),
					}},
				},
				{
					Title: "Price list", Type: "public", Tags: []string{"print"}, Color: "61C059",
					Members:  []config.Member{{User: "roomadmin@docspace.test", Access: "editing"}, {User: "user@docspace.test", Access: "read"}},
					Contents: config.Contents{Files: []config.File{text("Lamps.csv", lamps), text("Terms.md", "# Terms\n\nPrices hold until the end of the year.\n")}},
				},
				{
					Title: "Leave requests", Type: "filling-forms", CreatedBy: "admin@docspace.test", Tags: []string{"staff"}, Color: "2DB482",
					Members:  []config.Member{{User: "roomadmin@docspace.test", Access: "fill-forms"}, {User: "user@docspace.test", Access: "fill-forms"}},
					Contents: config.Contents{Files: []config.File{office("Leave request.docx", "Name:\nFrom:\nTo:")}},
				},
				{
					Title: "Sale of the old shop", Type: "virtual-data", Tags: []string{"confidential"}, Color: "DA3985", Indexing: true, DenyDownload: true,
					Contents: config.Contents{Files: []config.File{office("Offers.xlsx", "Buyer,Offer\nA,310000\nB,295000"), text("Open points.txt", "survey\nlease of the yard\n")}},
				},
				{
					Title: "Assistant", Type: "ai", CreatedBy: "roomadmin@docspace.test", Color: "7757D9",
					Contents: config.Contents{Files: []config.File{text("Questions customers ask.md", "# Questions\n\n- Which bulb fits?\n- How long is the cable?\n")}},
				},
				{
					Title: "Spring catalogue", Type: "editing", CreatedBy: "roomadmin@docspace.test", Tags: []string{"marketing"}, Color: "4781D1", Archived: true,
					Members:  []config.Member{{User: "user@docspace.test", Access: "content-creator"}},
					Contents: config.Contents{Files: []config.File{text("Outline.txt", "1. Cover\n2. Garden\n3. Prices\n")}},
				},
			},
		},
		{
			ID: 2, Name: "Second Company", Hosts: []string{secondHost},
			Users: []config.User{
				person(2, 1, "owner", "admin@second.test", "Sofia", "Second", documents(nil, text("Ideas.txt", "a shop window in May\n"))),
				person(2, 4, "user", "user@docspace.test", "Ursula", "User", documents(nil, text("Access code.txt", "ask Sofia\n"))),
			},
			Groups: []config.Group{{Name: "Everybody", Members: []string{"admin@second.test", "user@docspace.test"}}},
			Rooms: []config.Room{{
				Title: "Shop window", Type: "custom", Tags: []string{"spring"}, Color: "6D4EC2",
				Members:  []config.Member{{User: "user@docspace.test", Access: "content-creator"}},
				Contents: config.Contents{Files: []config.File{text("Sketch.md", "# Window\n\nThree lamps, one chair.\n")}},
			}},
		},
	}
}

const (
	lamps     = "article,name,price\nL-100,Reading lamp,39.90\nL-110,Floor lamp,89.00\nL-120,Desk lamp,54.50\n"
	addresses = "name,town,mail\nNorthwind,Kiel,orders@northwind.test\nSouthwind,Ulm,hello@southwind.test\n"
)

func documents(folders []config.Folder, files ...config.File) *config.Contents {
	return &config.Contents{Folders: folders, Files: files}
}

func folder(title string, files ...config.File) config.Folder {
	return config.Folder{Title: title, Contents: config.Contents{Files: files}}
}

func text(title, content string) config.File {
	return config.File{Title: title, Content: config.Text(content)}
}

func office(title, content string) config.File {
	return config.File{Title: title, Document: config.Text(content)}
}
